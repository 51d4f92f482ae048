with counts as (
    select
        definition,
        count(*) as index_count,
        cast(sum(case when readmitted then 1 else 0 end) as bigint) as readmitted_count
    from {{ ref('int_synthea__readmission_pairs') }}
    group by definition
)

select
    definition,
    index_count,
    readmitted_count,
    {{ exact_ratio('readmitted_count', 'index_count', 6) }} as readmission_rate
from counts

with counts as (
    select
        stays.reason_code,
        min(stays.reason_description) as reason_description,
        count(*) as index_count,
        cast(sum(case when pairs.readmitted then 1 else 0 end) as bigint) as readmitted_count
    from {{ ref('int_synthea__readmission_pairs') }} as pairs
    inner join {{ ref('int_synthea__inpatient_stays') }} as stays on pairs.index_id = stays.stay_id
    where pairs.definition = 'C_stay'
    group by stays.reason_code
)

select
    reason_code,
    reason_description,
    index_count,
    readmitted_count,
    {{ exact_ratio('readmitted_count', 'index_count', 6) }} as readmission_rate
from counts

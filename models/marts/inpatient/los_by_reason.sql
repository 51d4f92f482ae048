select
    reason_code,
    min(reason_description) as reason_description,
    count(*) as n,
    {{ exact_ratio('sum(los_days)', 'count(*)', 4) }} as avg_los_days,
    cast(median(los_days) as decimal(18, 4)) as median_los_days
from {{ ref('int_synthea__inpatient_rows') }}
group by reason_code

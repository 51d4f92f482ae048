select
    code,
    min(description) as description,
    count(*) as prescription_count,
    count(distinct patient_id) as patient_count,
    cast(sum(dispenses) as bigint) as total_dispenses,
    cast(sum(total_cost) as decimal(18, 2)) as total_cost,
    cast(sum(payer_coverage) as decimal(18, 2)) as total_payer_coverage,
    cast(sum(case when is_active then 1 else 0 end) as bigint) as active_count
from {{ ref('medication_dim') }}
group by code

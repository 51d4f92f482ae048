select
    cast(date_trunc('month', start_date) as date) as encounter_month,
    encounter_class,
    count(*) as encounter_count,
    count(distinct patient_id) as patient_count,
    cast(sum(total_claim_cost) as decimal(18, 2)) as total_claim_cost,
    cast(sum(payer_coverage) as decimal(18, 2)) as payer_coverage
from {{ ref('encounter_dim') }}
group by 1, 2

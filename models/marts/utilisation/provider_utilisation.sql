with encounters as (
    select
        provider_id,
        count(*) as encounter_count,
        count(distinct patient_id) as patient_count,
        sum(case when is_inpatient then 1 else 0 end) as inpatient_count,
        sum(total_claim_cost) as total_claim_cost
    from {{ ref('encounter_dim') }}
    group by provider_id
),

-- Procedures name no provider of their own: they count for the provider of their encounter.
procedures as (
    select encounter_dim.provider_id, count(*) as procedure_count
    from {{ ref('procedure_dim') }} as procedure_dim
    inner join {{ ref('encounter_dim') }} as encounter_dim on procedure_dim.encounter_id = encounter_dim.encounter_id
    group by encounter_dim.provider_id
)

select
    providers.provider_id,
    providers.organization_id,
    providers.specialty,
    cast(coalesce(encounters.encounter_count, 0) as bigint) as encounter_count,
    cast(coalesce(encounters.patient_count, 0) as bigint) as patient_count,
    cast(coalesce(encounters.inpatient_count, 0) as bigint) as inpatient_count,
    cast(coalesce(procedures.procedure_count, 0) as bigint) as procedure_count,
    cast(coalesce(encounters.total_claim_cost, 0) as decimal(18, 2)) as total_claim_cost
from {{ ref('provider_dim') }} as providers
left join encounters on providers.provider_id = encounters.provider_id
left join procedures on providers.provider_id = procedures.provider_id

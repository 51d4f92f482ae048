with encounters as (
    select
        organization_id,
        count(*) as encounter_count,
        count(distinct patient_id) as patient_count,
        count(distinct provider_id) as provider_count,
        sum(total_claim_cost) as total_claim_cost,
        sum(payer_coverage) as payer_coverage
    from {{ ref('encounter_dim') }}
    group by organization_id
),

stays as (
    select
        stays.organization_id,
        count(*) as inpatient_stays,
        sum(stays.los_days) as inpatient_days,
        count(pairs.index_id) as index_stays,
        sum(case when pairs.readmitted then 1 else 0 end) as readmissions
    from {{ ref('int_synthea__inpatient_stays') }} as stays
    left join {{ ref('int_synthea__readmission_pairs') }} as pairs
        on stays.stay_id = pairs.index_id and pairs.definition = 'C_stay'
    group by stays.organization_id
)

select
    organizations.organization_id,
    organizations.name,
    cast(coalesce(encounters.encounter_count, 0) as bigint) as encounter_count,
    cast(coalesce(encounters.patient_count, 0) as bigint) as patient_count,
    cast(coalesce(encounters.provider_count, 0) as bigint) as provider_count,
    cast(coalesce(encounters.total_claim_cost, 0) as decimal(18, 2)) as total_claim_cost,
    cast(coalesce(encounters.payer_coverage, 0) as decimal(18, 2)) as payer_coverage,
    cast(coalesce(stays.inpatient_stays, 0) as bigint) as inpatient_stays,
    cast(coalesce(stays.inpatient_days, 0) as bigint) as inpatient_days,
    cast(coalesce(stays.index_stays, 0) as bigint) as index_stays,
    cast(coalesce(stays.readmissions, 0) as bigint) as readmissions
from {{ ref('organization_dim') }} as organizations
left join encounters on organizations.organization_id = encounters.organization_id
left join stays on organizations.organization_id = stays.organization_id

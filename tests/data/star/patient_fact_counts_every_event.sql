with facts as (
    select
        coalesce(sum(encounter_count), 0) as encounter_count,
        coalesce(sum(condition_count), 0) as condition_count,
        coalesce(sum(procedure_count), 0) as procedure_count,
        coalesce(sum(medication_count), 0) as medication_count,
        coalesce(sum(total_claim_cost), 0) as total_claim_cost
    from {{ ref('patient_fact') }}
),

events as (
    select
        (select count(*) from {{ ref('encounter_dim') }}) as encounter_count,
        (select count(*) from {{ ref('condition_dim') }}) as condition_count,
        (select count(*) from {{ ref('procedure_dim') }}) as procedure_count,
        (select count(*) from {{ ref('medication_dim') }}) as medication_count,
        (select coalesce(sum(total_claim_cost), 0) from {{ ref('encounter_dim') }}) as total_claim_cost
)

select *
from facts
cross join events
where facts.encounter_count <> events.encounter_count
    or facts.condition_count <> events.condition_count
    or facts.procedure_count <> events.procedure_count
    or facts.medication_count <> events.medication_count
    or facts.total_claim_cost <> events.total_claim_cost

with facts as (
    select
        coalesce(sum(encounter_count), 0) as encounter_count,
        coalesce(sum(condition_count), 0) as condition_count,
        coalesce(sum(procedure_count), 0) as procedure_count,
        coalesce(sum(medication_count), 0) as medication_count,
        cast(coalesce(sum(total_claim_cost), 0) as decimal(28, 2)) as total_claim_cost
    from {{ ref('patient_fact') }}
),

events as (
    select
        (select count(*) from {{ ref('encounter_dim') }}) as encounter_rows,
        (select count(*) from {{ ref('condition_dim') }}) as condition_rows,
        (select count(*) from {{ ref('procedure_dim') }}) as procedure_rows,
        (select count(*) from {{ ref('medication_dim') }}) as medication_rows,
        (
            select cast(coalesce(sum(total_claim_cost), 0) as decimal(28, 2)) from {{ ref('encounter_dim') }}
        ) as summed_claim_cost
)

select *
from facts
cross join events
where facts.encounter_count <> events.encounter_rows
    or facts.condition_count <> events.condition_rows
    or facts.procedure_count <> events.procedure_rows
    or facts.medication_count <> events.medication_rows
    or facts.total_claim_cost <> events.summed_claim_cost

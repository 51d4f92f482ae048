with stays as (
    select coalesce(sum(encounters), 0) as encounter_count from {{ ref('int_synthea__inpatient_stays') }}
),

encounters as (
    select count(*) as encounter_count
    from {{ ref('int_synthea__encounters_enriched') }}
    where is_inpatient and start_ts <= stop_ts
)

select stays.encounter_count as in_stays, encounters.encounter_count as in_encounters
from stays
cross join encounters
where stays.encounter_count <> encounters.encounter_count

-- Synthea itself writes one certification after each death, and early exports a few more encounters.
{{ config(severity='warn') }}

select encounters.encounter_id, encounters.start_ts, patients.death_date
from {{ ref('stg_synthea__encounters') }} as encounters
inner join {{ ref('stg_synthea__patients') }} as patients on encounters.patient_id = patients.patient_id
where cast(encounters.start_ts as date) > patients.death_date
    and lower(encounters.description) not like 'death certification%'

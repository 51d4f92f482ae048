select encounters.encounter_id, encounters.start_ts, patients.birth_date
from {{ ref('stg_synthea__encounters') }} as encounters
inner join {{ ref('stg_synthea__patients') }} as patients on encounters.patient_id = patients.patient_id
where cast(encounters.start_ts as date) < patients.birth_date

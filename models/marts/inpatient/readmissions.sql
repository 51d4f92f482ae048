select
    stays.stay_id,
    stays.patient_id,
    stays.admit_date,
    stays.discharge_date,
    stays.los_days,
    stays.encounters as encounter_count,
    stays.age_at_admit,
    stays.reason_code,
    stays.planned as planned_flag,
    stays.excluded_dx as excluded_flag,
    pairs.readmitted as readmitted_30d,
    pairs.next_id as next_stay_id,
    pairs.days_to_next
from {{ ref('int_synthea__readmission_pairs') }} as pairs
inner join {{ ref('int_synthea__inpatient_stays') }} as stays on pairs.index_id = stays.stay_id
where pairs.definition = 'C_stay'

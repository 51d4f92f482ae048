with inpatient_rows as (
    select * from {{ ref('int_synthea__inpatient_rows') }}
),

spans as (
    select
        stay_id,
        count(*) as encounters,
        max(stop_ts) as stop_ts,
        max(discharge_date) as discharge_date,
        max(case when excluded_dx then 1 else 0 end) = 1 as excluded_dx,
        max(case when planned then 1 else 0 end) = 1 as planned
    from inpatient_rows
    group by stay_id
),

first_rows as (
    select * from inpatient_rows where encounter_id = stay_id
)

select
    spans.stay_id,
    first_rows.patient_id,
    first_rows.organization_id,
    spans.encounters,
    first_rows.start_ts,
    spans.stop_ts,
    first_rows.admit_date,
    spans.discharge_date,
    {{ length_of_stay_days('first_rows.admit_date', 'spans.discharge_date') }} as los_days,
    {{ completed_years('patients.birth_date', 'first_rows.admit_date') }} as age_at_admit,
    first_rows.code as admit_code,
    first_rows.reason_code,
    first_rows.reason_description,
    coalesce(patients.death_date between first_rows.admit_date and spans.discharge_date, false) as died,
    spans.excluded_dx,
    spans.planned
from spans
inner join first_rows on spans.stay_id = first_rows.stay_id
left join {{ ref('stg_synthea__patients') }} as patients on first_rows.patient_id = patients.patient_id

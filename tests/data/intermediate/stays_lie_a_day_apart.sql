-- Stays nearer than 24 hours would be one stay.
with stays as (
    select
        stay_id,
        patient_id,
        start_ts,
        stop_ts,
        lead(start_ts) over (partition by patient_id order by start_ts, stay_id) as next_start_ts
    from {{ ref('int_synthea__inpatient_stays') }}
)

select *
from stays
where stop_ts < start_ts or next_start_ts <= stop_ts + interval '24 hours'

-- Periods without length do occur and are no overlap.
{{ config(severity='warn') }}

with periods as (
    select
        patient_id,
        start_ts,
        end_ts,
        lead(start_ts) over (partition by patient_id order by start_ts, end_ts) as next_start_ts
    from {{ ref('stg_synthea__payer_transitions') }}
)

select *
from periods
where end_ts > next_start_ts or end_ts < start_ts

{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='procedure_key',
    pre_hook="{{ delete_vanished_rows(ref('stg_synthea__procedures'), 'procedure_key') }}"
) }}

select
    procedure_key,
    patient_id,
    encounter_id,
    code,
    description,
    start_ts,
    stop_ts,
    cast(datediff('second', start_ts, stop_ts) as double) / 60 as minutes,
    base_cost,
    reason_code,
    reason_description
from {{ ref('stg_synthea__procedures') }}
{{ except_unchanged_rows() }}

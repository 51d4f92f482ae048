{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='medication_key',
    pre_hook="{{ delete_vanished_rows(ref('stg_synthea__medications'), 'medication_key') }}"
) }}

select
    medication_key,
    patient_id,
    encounter_id,
    payer_id,
    code,
    description,
    start_ts,
    stop_ts,
    dispenses,
    base_cost,
    payer_coverage,
    total_cost,
    reason_code,
    stop_ts is null as is_active
from {{ ref('stg_synthea__medications') }}
{{ except_unchanged_rows() }}

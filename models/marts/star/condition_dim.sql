{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='condition_key',
    pre_hook="{{ delete_vanished_rows(ref('stg_synthea__conditions'), 'condition_key') }}"
) }}

select
    condition_key,
    patient_id,
    encounter_id,
    code,
    description,
    {{ final_brackets('description') }} as semantic_tag,
    start_date,
    stop_date,
    stop_date is null as is_active,
    datediff('day', start_date, stop_date) as duration_days
from {{ ref('stg_synthea__conditions') }}
{{ except_unchanged_rows() }}

with raw_rows as (
    {{ distinct_source_rows(
        'conditions',
        required=['START', 'STOP', 'PATIENT', 'ENCOUNTER', 'CODE', 'DESCRIPTION'],
        optional=['SYSTEM']
    ) }}
),

typed as (
    select
        raw_patient as patient_id,
        raw_encounter as encounter_id,
        raw_system as code_system,
        raw_code as code,
        raw_description as description,
        {{ text_date('raw_start') }} as start_date,
        {{ text_date('raw_stop') }} as stop_date
    from raw_rows
),

with_key_text as (
    select
        *,
        {{ surrogate_text(['patient_id', 'encounter_id', 'code', iso_date('start_date')]) }} as key_text
    from typed
)

select
    {{ numbered_key('key_text', [
        'start_date', 'stop_date', 'patient_id', 'encounter_id', 'code_system', 'code', 'description'
    ]) }} as condition_key,
    patient_id,
    encounter_id,
    code_system,
    code,
    description,
    start_date,
    stop_date
from with_key_text

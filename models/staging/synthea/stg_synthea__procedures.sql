-- Exports of early 2022 and before date a procedure by the one column DATE; its end is then unknown.
{% set single_date = 'date' in source_columns('procedures') %}

with raw_rows as (
    {{ distinct_source_rows(
        'procedures',
        required=(['DATE'] if single_date else ['START', 'STOP']) + [
            'PATIENT', 'ENCOUNTER', 'CODE', 'DESCRIPTION', 'BASE_COST'
        ],
        optional=(['START', 'STOP'] if single_date else ['DATE']) + ['SYSTEM', 'REASONCODE', 'REASONDESCRIPTION']
    ) }}
),

typed as (
    select
        raw_patient as patient_id,
        raw_encounter as encounter_id,
        raw_system as code_system,
        raw_code as code,
        raw_description as description,
        {{ utc_timestamp('coalesce(raw_start, raw_date)') }} as start_ts,
        {{ utc_timestamp('raw_stop') }} as stop_ts,
        cast(raw_base_cost as decimal(18, 2)) as base_cost,
        raw_reasoncode as reason_code,
        raw_reasondescription as reason_description
    from raw_rows
),

with_key_text as (
    select
        *,
        {{ surrogate_text(['patient_id', 'encounter_id', 'code', iso_timestamp('start_ts')]) }} as key_text
    from typed
)

select
    {{ numbered_key('key_text', [
        'start_ts', 'stop_ts', 'patient_id', 'encounter_id', 'code_system', 'code', 'description', 'base_cost',
        'reason_code', 'reason_description'
    ]) }} as procedure_key,
    patient_id,
    encounter_id,
    code_system,
    code,
    description,
    start_ts,
    stop_ts,
    base_cost,
    reason_code,
    reason_description
from with_key_text

with raw_rows as (
    {{ distinct_source_rows(
        'medications',
        required=[
            'START', 'STOP', 'PATIENT', 'PAYER', 'ENCOUNTER', 'CODE', 'DESCRIPTION', 'BASE_COST',
            'PAYER_COVERAGE', 'DISPENSES', 'TOTALCOST'
        ],
        optional=['REASONCODE', 'REASONDESCRIPTION']
    ) }}
),

typed as (
    select
        raw_patient as patient_id,
        raw_encounter as encounter_id,
        raw_payer as payer_id,
        raw_code as code,
        raw_description as description,
        {{ utc_timestamp('raw_start') }} as start_ts,
        {{ utc_timestamp('raw_stop') }} as stop_ts,
        cast(raw_dispenses as bigint) as dispenses,
        cast(raw_base_cost as decimal(18, 2)) as base_cost,
        cast(raw_payer_coverage as decimal(18, 2)) as payer_coverage,
        cast(raw_totalcost as decimal(18, 2)) as total_cost,
        raw_reasoncode as reason_code,
        raw_reasondescription as reason_description
    from raw_rows
),

with_key_text as (
    select
        *,
        {{ surrogate_text([
            'patient_id', 'encounter_id', 'code', iso_timestamp('start_ts'), iso_timestamp('stop_ts')
        ]) }} as key_text
    from typed
)

select
    {{ numbered_key('key_text', [
        'start_ts', 'stop_ts', 'patient_id', 'payer_id', 'encounter_id', 'code', 'description', 'base_cost',
        'payer_coverage', 'dispenses', 'total_cost', 'reason_code', 'reason_description'
    ]) }} as medication_key,
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
    reason_description
from with_key_text

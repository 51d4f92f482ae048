with raw_rows as (
    {{ distinct_source_rows(
        'encounters',
        required=[
            'Id', 'START', 'STOP', 'PATIENT', 'ORGANIZATION', 'PROVIDER', 'PAYER', 'ENCOUNTERCLASS', 'CODE',
            'DESCRIPTION', 'BASE_ENCOUNTER_COST', 'TOTAL_CLAIM_COST', 'PAYER_COVERAGE'
        ],
        optional=['REASONCODE', 'REASONDESCRIPTION']
    ) }}
)

select
    raw_id as encounter_id,
    raw_patient as patient_id,
    raw_organization as organization_id,
    raw_provider as provider_id,
    raw_payer as payer_id,
    {{ utc_timestamp('raw_start') }} as start_ts,
    {{ utc_timestamp('raw_stop') }} as stop_ts,
    lower(raw_encounterclass) as encounter_class,
    raw_code as code,
    raw_description as description,
    cast(raw_base_encounter_cost as decimal(18, 2)) as base_cost,
    cast(raw_total_claim_cost as decimal(18, 2)) as total_claim_cost,
    cast(raw_payer_coverage as decimal(18, 2)) as payer_coverage,
    raw_reasoncode as reason_code,
    raw_reasondescription as reason_description
from raw_rows

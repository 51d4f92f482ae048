{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='encounter_id',
    pre_hook="{{ delete_vanished_rows(ref('int_synthea__encounters_enriched'), 'encounter_id') }}"
) }}

select
    encounters.encounter_id,
    encounters.patient_id,
    encounters.organization_id,
    encounters.provider_id,
    encounters.payer_id,
    encounters.start_ts,
    encounters.stop_ts,
    encounters.encounter_class,
    encounters.code,
    encounters.description,
    encounters.base_cost,
    encounters.total_claim_cost,
    encounters.payer_coverage,
    encounters.reason_code,
    encounters.reason_description,
    encounters.start_date,
    cast(floor(encounters.duration_seconds / 60) as bigint) as duration_minutes,
    encounters.los_days,
    encounters.patient_cost,
    encounters.is_inpatient,
    inpatient_rows.stay_id
from {{ ref('int_synthea__encounters_enriched') }} as encounters
left join {{ ref('int_synthea__inpatient_rows') }} as inpatient_rows
    on encounters.encounter_id = inpatient_rows.encounter_id
{{ except_unchanged_rows() }}

with raw_rows as (
    {{ distinct_source_rows(
        'providers',
        required=['Id', 'ORGANIZATION', 'NAME', 'SPECIALITY', 'CITY', 'STATE', 'ZIP'],
        optional=['GENDER', 'ADDRESS', 'LAT', 'LON', 'ENCOUNTERS', 'UTILIZATION', 'PROCEDURES', 'NPI']
    ) }}
)

select
    raw_id as provider_id,
    raw_organization as organization_id,
    raw_name as name,
    raw_gender as gender,
    raw_speciality as specialty,
    raw_address as address,
    raw_city as city,
    raw_state as state_code,
    raw_zip as zip,
    substr(raw_zip, 1, 5) as zip5,
    cast(raw_lat as double) as lat,
    cast(raw_lon as double) as lon,
    -- Counts of the whole simulation: older history is trimmed on export, so they exceed the exported rows.
    cast(coalesce(raw_encounters, raw_utilization) as bigint) as simulated_encounters,
    cast(raw_procedures as bigint) as simulated_procedures,
    raw_npi as npi
from raw_rows

with raw_rows as (
    {{ distinct_source_rows(
        'organizations',
        required=['Id', 'NAME', 'CITY', 'STATE', 'ZIP'],
        optional=['ADDRESS', 'LAT', 'LON', 'PHONE', 'REVENUE', 'UTILIZATION', 'NPI']
    ) }}
)

select
    raw_id as organization_id,
    raw_name as name,
    raw_address as address,
    raw_city as city,
    raw_state as state_code,
    raw_zip as zip,
    substr(raw_zip, 1, 5) as zip5,
    cast(raw_lat as double) as lat,
    cast(raw_lon as double) as lon,
    raw_phone as phone,
    cast(raw_revenue as decimal(18, 2)) as revenue,
    cast(raw_utilization as bigint) as utilization,
    raw_npi as npi
from raw_rows

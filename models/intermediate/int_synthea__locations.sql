{{ config(materialized='view') }}

with places as (
    select state_code, city, zip5, county, cast(null as varchar) as facility_id,
        cast(null as double) as lat, cast(null as double) as lon
    from {{ ref('stg_synthea__patients') }}

    union all

    select state_code, city, zip5, null, organization_id, lat, lon
    from {{ ref('stg_synthea__organizations') }}

    union all

    select state_code, city, zip5, null, provider_id, lat, lon
    from {{ ref('stg_synthea__providers') }}
),

keyed_places as (
    select
        {{ location_key('state_code', 'city', 'zip5') }} as location_key,
        state_code,
        upper(city) as city,
        zip5,
        county,
        lat,
        lon,
        -- A place is shown where one of its facilities lies: a patient's own coordinates would tell where they live.
        row_number() over (
            partition by {{ location_key('state_code', 'city', 'zip5') }} order by facility_id nulls last
        ) as preference
    from places
)

select
    location_key,
    min(state_code) as state_code,
    min(city) as city,
    min(zip5) as zip5,
    min(county) as county,
    min(case when preference = 1 then lat end) as lat,
    min(case when preference = 1 then lon end) as lon
from keyed_places
group by location_key

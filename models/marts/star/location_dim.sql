select location_key, state_code, city, zip5, county, lat, lon
from {{ ref('int_synthea__locations') }}

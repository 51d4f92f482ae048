select
    provider_id,
    organization_id,
    name,
    gender,
    specialty,
    {{ location_key('state_code', 'city', 'zip5') }} as location_key
from {{ ref('stg_synthea__providers') }}

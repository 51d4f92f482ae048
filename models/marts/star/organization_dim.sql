select
    organization_id,
    name,
    phone,
    {{ location_key('state_code', 'city', 'zip5') }} as location_key,
    revenue,
    utilization
from {{ ref('stg_synthea__organizations') }}

-- The last day the data knows of. Ages and follow-up are measured against it, never against the clock.
select max(cast(stop_ts as date)) as as_of_date
from {{ ref('stg_synthea__encounters') }}

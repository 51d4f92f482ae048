-- The end of the data, not today: what passes on one day must pass on any other.
select encounters.encounter_id, encounters.start_ts, as_of.as_of_date
from {{ ref('stg_synthea__encounters') }} as encounters
cross join {{ ref('int_synthea__as_of') }} as as_of
where cast(encounters.start_ts as date) > as_of.as_of_date

-- The built-in generator aims at 4 to 5 days; fewer than 500 stays say little.
{{ config(severity='warn') }}

select grain, n, avg_los_days
from {{ ref('length_of_stay') }}
where grain = 'stay' and n >= 500 and avg_los_days not between 4 and 5

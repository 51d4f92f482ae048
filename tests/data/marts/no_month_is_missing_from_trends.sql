-- In the last 60 months of the data, between its first month and its last. A few dozen patients may truly leave
-- a month empty; a load of thousands may not.
{{ config(severity='warn') }}

with months as (
    select
        encounter_month,
        lead(encounter_month) over (order by encounter_month) as next_month,
        max(encounter_month) over () as last_month
    from (select distinct encounter_month from {{ ref('encounter_trends') }}) as distinct_months
)

select encounter_month, next_month
from months
where next_month > encounter_month + interval '1 month'
    and next_month > last_month - interval '60 months'

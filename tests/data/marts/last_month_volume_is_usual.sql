-- The last whole month against the twelve before it: a load that lost or doubled rows shows here first.
{{ config(severity='warn') }}

with months as (
    select encounter_month, sum(encounter_count) as encounter_count
    from {{ ref('encounter_trends') }}
    where encounter_month < (
        select cast(date_trunc('month', as_of_date) as date) from {{ ref('int_synthea__as_of') }}
    )
    group by encounter_month
),

with_history as (
    select
        encounter_month,
        encounter_count,
        count(*) over (order by encounter_month rows between 12 preceding and 1 preceding) as history_months,
        avg(encounter_count) over (order by encounter_month rows between 12 preceding and 1 preceding) as usual_count,
        stddev_samp(encounter_count) over (
            order by encounter_month rows between 12 preceding and 1 preceding
        ) as usual_deviation,
        row_number() over (order by encounter_month desc) as months_back
    from months
)

select encounter_month, encounter_count, usual_count, usual_deviation
from with_history
where months_back = 1
    and history_months = 12
    and abs(encounter_count - usual_count) > 3 * usual_deviation

with durations as (
    select 'encounter' as grain, encounter_class, los_days, duration_seconds
    from {{ ref('int_synthea__encounters_enriched') }}

    union all

    select 'stay', 'inpatient', los_days, datediff('second', start_ts, stop_ts)
    from {{ ref('int_synthea__inpatient_stays') }}
)

select
    grain,
    encounter_class,
    count(*) as n,
    {{ exact_ratio('sum(los_days)', 'count(los_days)', 4) }} as avg_los_days,
    cast(median(los_days) as decimal(18, 4)) as median_los_days,
    max(los_days) as max_los_days,
    {{ exact_ratio('sum(duration_seconds)', '3600 * count(duration_seconds)', 4) }} as avg_hours
from durations
group by grain, encounter_class

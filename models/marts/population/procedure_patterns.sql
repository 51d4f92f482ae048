with procedures as (
    select
        *,
        -- Whole seconds, not the fractional minutes: those would make the average depend on the order of adding.
        datediff('second', start_ts, stop_ts) as duration_seconds
    from {{ ref('procedure_dim') }}
)

select
    code,
    min(description) as description,
    count(*) as procedure_count,
    count(distinct patient_id) as patient_count,
    count(distinct encounter_id) as encounter_count,
    cast(sum(base_cost) as decimal(18, 2)) as total_base_cost,
    {{ exact_ratio('sum(duration_seconds)', '60 * count(duration_seconds)', 4) }} as avg_minutes
from procedures
group by code

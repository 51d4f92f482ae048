with patient_total as (
    select count(*) as patient_total from {{ ref('patient_fact') }}
),

counts as (
    select
        code,
        min(description) as description,
        count(*) as condition_count,
        count(distinct patient_id) as patient_count,
        cast(sum(case when is_active then 1 else 0 end) as bigint) as active_count,
        -- Durations are null while a condition is active, so only ended ones are averaged.
        {{ exact_ratio('sum(duration_days)', 'count(duration_days)', 4) }} as avg_duration_days,
        min(start_date) as first_onset,
        max(start_date) as last_onset
    from {{ ref('condition_dim') }}
    group by code
)

select
    counts.code,
    counts.description,
    counts.condition_count,
    counts.patient_count,
    {{ exact_ratio('counts.patient_count', 'patient_total.patient_total', 6) }} as prevalence,
    counts.active_count,
    counts.avg_duration_days,
    counts.first_onset,
    counts.last_onset
from counts
cross join patient_total

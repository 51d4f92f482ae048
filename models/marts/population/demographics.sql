with patients as (
    select patient_fact.*, location_dim.state_code
    from {{ ref('patient_fact') }} as patient_fact
    inner join {{ ref('location_dim') }} as location_dim on patient_fact.location_key = location_dim.location_key
),

patient_total as (
    select count(*) as patient_total from patients
),

counts as (
    {% for dimension, column in [
        ('age_band', 'age_band'), ('gender', 'gender'), ('race', 'race'), ('ethnicity', 'ethnicity'),
        ('marital_status', 'marital_status'), ('state', 'state_code')
    ] -%}
    select
        '{{ dimension }}' as dimension_name,
        {{ column }} as dimension_value,
        count(*) as patient_count,
        cast(sum(case when is_deceased then 1 else 0 end) as bigint) as deceased_count,
        sum(age_years) as age_sum,
        count(age_years) as age_count
    from patients
    group by {{ column }}
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    counts.dimension_name,
    counts.dimension_value,
    counts.patient_count,
    {{ exact_ratio('counts.patient_count', 'patient_total.patient_total', 6) }} as patient_share,
    counts.deceased_count,
    {{ exact_ratio('counts.age_sum', 'counts.age_count', 4) }} as avg_age
from counts
cross join patient_total

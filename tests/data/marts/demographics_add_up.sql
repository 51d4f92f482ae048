-- Each share is rounded by itself, so their sum may be off by half a millionth per value.
with dimensions as (
    select
        dimension_name,
        sum(patient_count) as patient_count,
        sum(patient_share) as patient_share,
        count(*) as value_count
    from {{ ref('demographics') }}
    group by dimension_name
),

patients as (
    select count(*) as patient_count from {{ ref('patient_fact') }}
)

select dimensions.*
from dimensions
cross join patients
where dimensions.patient_count <> patients.patient_count
    or abs(dimensions.patient_share - 1) > greatest(0.000001, 0.0000005 * dimensions.value_count)

select
    encounters.*,
    cast(encounters.start_ts as date) as start_date,
    cast(encounters.stop_ts as date) as stop_date,
    datediff('second', encounters.start_ts, encounters.stop_ts) as duration_seconds,
    {{ length_of_stay_days('cast(encounters.start_ts as date)', 'cast(encounters.stop_ts as date)') }} as los_days,
    encounters.total_claim_cost - encounters.payer_coverage as patient_cost,
    encounters.encounter_class = 'inpatient' as is_inpatient,
    coalesce(classes.class_group = 'acute', false) as is_acute
from {{ ref('stg_synthea__encounters') }} as encounters
left join {{ ref('encounter_classes') }} as classes on encounters.encounter_class = classes.encounter_class

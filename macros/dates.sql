{#- Completed years between two dates: born on 29 February, one is a year older from 1 March. -#}
{% macro completed_years(birth_date, at_date) -%}
    (
        extract(year from {{ at_date }}) - extract(year from {{ birth_date }})
        - case
            when extract(month from {{ at_date }}) * 100 + extract(day from {{ at_date }})
                < extract(month from {{ birth_date }}) * 100 + extract(day from {{ birth_date }})
                then 1
            else 0
        end
    )
{%- endmacro %}

{#- Nights between two dates, a stay within one day counting as one; null where a date is. -#}
{% macro length_of_stay_days(first_date, last_date) -%}
    case when {{ last_date }} <= {{ first_date }} then 1 else datediff('day', {{ first_date }}, {{ last_date }}) end
{%- endmacro %}

{#- The age band of an age in years; null for an unknown age. -#}
{% macro age_band(age) -%}
    case
        when {{ age }} < 18 then '00-17'
        when {{ age }} < 35 then '18-34'
        when {{ age }} < 50 then '35-49'
        when {{ age }} < 65 then '50-64'
        when {{ age }} < 80 then '65-79'
        when {{ age }} >= 80 then '80+'
    end
{%- endmacro %}

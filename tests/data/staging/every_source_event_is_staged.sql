-- No event is lost and none is made up: staging names every encounter and code of the file, in no more rows.
{% for file in ['conditions', 'procedures', 'medications'] -%}
{%- set columns = source_columns(file) -%}
select
    '{{ file }}' as file,
    source_rows.row_count,
    staged_rows.row_count as staged_row_count,
    source_rows.encounter_count,
    staged_rows.encounter_count as staged_encounter_count,
    source_rows.code_count,
    staged_rows.code_count as staged_code_count
from (
    select
        count(*) as row_count,
        count(distinct {{ raw_text(columns.get('encounter', 'encounter')) }}) as encounter_count,
        count(distinct {{ raw_text(columns.get('code', 'code')) }}) as code_count
    from {{ source('synthea', file) }}
) as source_rows
cross join (
    select
        count(*) as row_count,
        count(distinct encounter_id) as encounter_count,
        count(distinct code) as code_count
    from {{ ref('stg_synthea__' ~ file) }}
) as staged_rows
where staged_rows.row_count > source_rows.row_count
    or staged_rows.encounter_count <> source_rows.encounter_count
    or staged_rows.code_count <> source_rows.code_count
{{ "union all" if not loop.last }}
{% endfor %}

{# Tests under the names of the dbt_expectations package, for projects that have not installed it. #}

{% test expect_table_row_count_to_be_between(model, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
    {%- set equal = '' if strictly else '=' -%}
    {%- set outside = [] -%}
    {%- if min_value is not none -%}
        {%- do outside.append('not(row_count >' ~ equal ~ ' ' ~ min_value ~ ')') -%}
    {%- endif -%}
    {%- if max_value is not none -%}
        {%- do outside.append('not(row_count <' ~ equal ~ ' ' ~ max_value ~ ')') -%}
    {%- endif %}
select *
from (
    select {{ (group_by | join(', ') ~ ',') if group_by }} count(*) as row_count
    from {{ model }}
    {% if row_condition %}where {{ row_condition }}{% endif %}
    {% if group_by %}group by {{ group_by | join(', ') }}{% endif %}
) as counted
where {{ (outside | join(' or ')) if outside else 'false' }}
{% endtest %}

{% test expect_column_values_to_match_regex(model, column_name, regex, row_condition=none, is_raw=false, flags='') %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} is not null
    and not {{ adapter.dispatch('matches_regex', 'dbt_expectations')(column_name, regex, flags, is_raw) }}
    {% if row_condition %}and ({{ row_condition }}){% endif %}
{% endtest %}

{# Whether a pattern is found anywhere in a text. (dispatched) #}
{% macro default__matches_regex(expression, regex, flags, is_raw) -%}
    regexp_like({{ expression }}, '{{ regex | replace("'", "''") }}'{{ ", '" ~ flags ~ "'" if flags }})
{%- endmacro %}

{% macro duckdb__matches_regex(expression, regex, flags, is_raw) -%}
    regexp_matches({{ expression }}, '{{ regex | replace("'", "''") }}'{{ ", '" ~ flags ~ "'" if flags }})
{%- endmacro %}

{# `regexp_like` would hold the whole text against the pattern. A backslash of a raw pattern is escaped here, as it escapes
   what follows in Snowflake's texts; one of a pattern that is not raw is taken to be written for that. #}
{% macro snowflake__matches_regex(expression, regex, flags, is_raw) -%}
    {%- set pattern = regex | replace("\\", "\\\\") if is_raw else regex -%}
    regexp_instr({{ expression }}, '{{ pattern | replace("'", "''") }}', 1, 1, 0, '{{ flags }}') > 0
{%- endmacro %}

{# Tests under the names of the dbt_utils package, for projects that have not installed it. #}

{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
    {{ return(adapter.dispatch('test_accepted_range', 'dbt_utils')(model, column_name, min_value, max_value, inclusive)) }}
{% endtest %}

{% macro default__test_accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
select *
from {{ model }}
where
    -- what lies in the range is not null, so a null is neither inside nor outside
    false
    {%- if min_value is not none %}
    or {{ column_name }} <{{ '=' if not inclusive }} {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
    or {{ column_name }} >{{ '=' if not inclusive }} {{ max_value }}
    {%- endif %}
{% endmacro %}

{% test expression_is_true(model, expression, column_name=none) %}
    {{ return(adapter.dispatch('test_expression_is_true', 'dbt_utils')(model, expression, column_name)) }}
{% endtest %}

{% macro default__test_expression_is_true(model, expression, column_name) %}
select {{ '*' if should_store_failures() else '1' }}
from {{ model }}
where not({{ column_name ~ ' ' if column_name is not none }}{{ expression }})
{% endmacro %}

{% test unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}
    {{ return(adapter.dispatch('test_unique_combination_of_columns', 'dbt_utils')(model, combination_of_columns, quote_columns)) }}
{% endtest %}

{% macro default__test_unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}
{%- set columns = [] -%}
{%- for column in combination_of_columns -%}
    {%- do columns.append(adapter.quote(column) if quote_columns else column) -%}
{%- endfor -%}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endmacro %}

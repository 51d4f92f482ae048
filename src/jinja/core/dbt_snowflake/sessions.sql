{# What holds for the statements of one node alone: a query tag, a warehouse. #}

{# Tags the statements of a node and sends them to its warehouse, where these are not the session's own. #}
{% macro snowflake___enter_node(entered) %}
    {# A dynamic table is filled by its own warehouse, whatever the session's. #}
    {%- set warehouse = none if config.get('materialized') == 'dynamic_table' else config.get('snowflake_warehouse') -%}
    {%- if warehouse and warehouse | upper != (target.warehouse or '') | upper -%}
        {# Where the profile names no warehouse it is the user's own, which may be none. #}
        {%- set found = none if target.warehouse else run_query('select current_warehouse()') -%}
        {%- set before = found.rows[0][0] if found and found.rows else target.warehouse -%}
        {%- do run_query('use warehouse ' ~ warehouse) -%}
        {%- do entered.update({'warehouse': before}) -%}
    {%- endif -%}
    {%- do entered.update({'tag': set_query_tag()}) -%}
{% endmacro %}

{# Puts back what was there before the node, however the node ended. #}
{% macro snowflake___leave_node(entered) %}
    {%- if 'tag' in entered -%}
        {%- do unset_query_tag(entered.tag) -%}
    {%- endif -%}
    {%- if entered.get('warehouse') -%}
        {%- do run_query('use warehouse ' ~ entered.warehouse) -%}
    {%- endif -%}
{% endmacro %}

{# Sets the query tag of a model; returns the session's own, to be set again. (dispatched) #}
{% macro set_query_tag() -%}
    {{ return(adapter.dispatch('set_query_tag', 'dbt')()) }}
{%- endmacro %}

{% macro snowflake__set_query_tag() -%}
    {%- set tag = config.get('query_tag') -%}
    {%- if not tag or tag == target.query_tag -%}
        {{ return(none) }}
    {%- endif -%}
    {%- do run_query('alter session set query_tag = ' ~ _snowflake_text(tag)) -%}
    {# Every model puts back the tag that the session began with: there is no need to ask for it. #}
    {{ return(target.query_tag or '') }}
{%- endmacro %}

{# The session's query tag. #}
{% macro get_current_query_tag() -%}
    {{ return(run_query("show parameters like 'query_tag' in session").rows[0]['value']) }}
{%- endmacro %}

{# Sets the query tag that was there before. (dispatched) #}
{% macro unset_query_tag(original_query_tag) -%}
    {{ return(adapter.dispatch('unset_query_tag', 'dbt')(original_query_tag)) }}
{%- endmacro %}

{% macro snowflake__unset_query_tag(original_query_tag) -%}
    {%- if original_query_tag -%}
        {%- do run_query('alter session set query_tag = ' ~ _snowflake_text(original_query_tag)) -%}
    {%- elif original_query_tag is not none -%}
        {%- do run_query('alter session unset query_tag') -%}
    {%- endif -%}
{%- endmacro %}

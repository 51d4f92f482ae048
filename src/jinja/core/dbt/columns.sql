{# Columns: reading them from relations and queries, adding, dropping and comparing them. #}

{% macro get_columns_in_relation(relation) -%}
    {{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_columns_in_relation(relation) -%}
    {% do exceptions.raise_not_implemented('get_columns_in_relation is not implemented for ' ~ adapter.type()) %}
{%- endmacro %}

{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
    {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{%- endmacro %}

{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
    {{ select_sql_header if select_sql_header is not none }}
    select * from (
        {{ select_sql }}
    ) as __dbt_sbq
    where false
    limit 0
{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}
    {{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}
{%- endmacro %}

{% macro default__get_columns_in_query(select_sql) -%}
    {% call statement('get_columns_in_query', fetch_result=true, auto_begin=false) -%}
        {{ get_empty_subquery_sql(select_sql) }}
    {%- endcall %}
    {% do return(load_result('get_columns_in_query').table.columns | map(attribute='name') | list) %}
{%- endmacro %}

{% macro get_quoted_csv(column_names) %}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}
        {%- do quoted.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {% do return(quoted | join(', ')) %}
{% endmacro %}

{% macro diff_columns(source_columns, target_columns) %}
    {% set names = target_columns | map(attribute='column') | list %}
    {% set missing = [] %}
    {% for column in source_columns if column.column not in names %}
        {% do missing.append(column) %}
    {% endfor %}
    {% do return(missing) %}
{% endmacro %}

{% macro diff_column_data_types(source_columns, target_columns) %}
    {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) %}
    {% set changed = [] %}
    {% for source in source_columns %}
        {% for target in target_columns if target.column == source.column %}
            {% if source.data_type != target.data_type and not source.can_expand_to(other_column=target) %}
                {% do changed.append({'column_name': target.name, 'new_type': source.data_type}) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(changed) %}
{% endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
    {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}

{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
    {%- set stand_in = column_name ~ '__dbt_alter' -%}
    {% call statement('alter_column_type') %}
        alter table {{ relation.render() }} add column {{ adapter.quote(stand_in) }} {{ new_column_type }};
        update {{ relation.render() }} set {{ adapter.quote(stand_in) }} = {{ adapter.quote(column_name) }};
        alter table {{ relation.render() }} drop column {{ adapter.quote(column_name) }} cascade;
        alter table {{ relation.render() }} rename column {{ adapter.quote(stand_in) }} to {{ adapter.quote(column_name) }}
    {% endcall %}
{%- endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
    {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{%- endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {% for column in add_columns or [] %}
        {% do run_query('alter table ' ~ relation.render() ~ ' add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type) %}
    {% endfor %}
    {% for column in remove_columns or [] %}
        {% do run_query('alter table ' ~ relation.render() ~ ' drop column ' ~ column.quoted) %}
    {% endfor %}
{%- endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{%- endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {% if merge_update_columns and merge_exclude_columns %}
        {% do exceptions.raise_compiler_error('Model cannot specify merge_update_columns and merge_exclude_columns. Please update model to use only one config') %}
    {% elif merge_update_columns %}
        {% do return(merge_update_columns) %}
    {% endif %}
    {% set excluded = (merge_exclude_columns or []) | map('lower') | list %}
    {% set kept = [] %}
    {% for column in dest_columns if column.column | lower not in excluded %}
        {% do kept.append(column.quoted) %}
    {% endfor %}
    {% do return(kept) %}
{%- endmacro %}

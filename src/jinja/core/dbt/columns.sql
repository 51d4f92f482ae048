{# Columns: reading them from relations and queries, adding, dropping and comparing them. #}

{# The columns of a relation; none of a relation that is not there. (dispatched) #}
{% macro get_columns_in_relation(relation) -%}
    {{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_columns_in_relation(relation) -%}
    {% do exceptions.raise_not_implemented('get_columns_in_relation is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# Columns of a table whose rows tell name, type, length, digits and digits behind the point. #}
{% macro sql_convert_columns_in_relation(table) -%}
    {% set columns = [] %}
    {% for row in table %}
        {% do columns.append(api.Column(*row)) %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}

{# A query of the same columns without rows. (dispatched) #}
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

{# A query of columns of a contract without rows. (dispatched) #}
{% macro get_empty_schema_sql(columns) -%}
    {{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}
{%- endmacro %}

{% macro default__get_empty_schema_sql(columns) -%}
    {%- set untyped = columns.values() | rejectattr('data_type') | map(attribute='name') | list -%}
    {%- if untyped -%}
        {%- do exceptions.column_type_missing(column_names=untyped) -%}
    {%- endif -%}
    select
    {% for column in columns.values() -%}
        {%- set name = adapter.quote(column['name']) if column.get('quote', false) else column['name'] -%}
        {{ cast('null', column['data_type']) }} as {{ name }}{{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# The names of a query's columns. (dispatched) #}
{% macro get_columns_in_query(select_sql) -%}
    {{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}
{%- endmacro %}

{% macro default__get_columns_in_query(select_sql) -%}
    {% call statement('get_columns_in_query', fetch_result=true, auto_begin=false) -%}
        {{ get_empty_subquery_sql(select_sql) }}
    {%- endcall %}
    {% do return(load_result('get_columns_in_query').table.columns | map(attribute='name') | list) %}
{%- endmacro %}

{# The columns of a query. #}
{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
    {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{# The columns of a query as the database describes them. (dispatched) #}
{% macro describe_query(sql) -%}
    {{ return(adapter.dispatch('describe_query', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__describe_query(sql) -%}
    {% set columns = [] %}
    {% for column in run_query(sql).columns %}
        {% do columns.append(api.Column.create(column.name, column.data_type | string)) %}
    {% endfor %}
    {{ return(columns) }}
{%- endmacro %}

{# The names of columns. #}
{% macro get_list_of_column_names(columns) -%}
    {{ return(columns | map(attribute='name') | list) }}
{%- endmacro %}

{# Names, quoted, in a row. #}
{% macro get_quoted_csv(column_names) %}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}
        {%- do quoted.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {% do return(quoted | join(', ')) %}
{% endmacro %}

{# The columns of the first list whose names the second does not have. #}
{% macro diff_columns(source_columns, target_columns) %}
    {% set names = target_columns | map(attribute='column') | list %}
    {% set missing = [] %}
    {% for column in source_columns if column.column not in names %}
        {% do missing.append(column) %}
    {% endfor %}
    {% do return(missing) %}
{% endmacro %}

{# Names and new types of columns whose types differ. (dispatched) #}
{% macro diff_column_data_types(source_columns, target_columns) %}
    {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}

{% macro default__diff_column_data_types(source_columns, target_columns) %}
    {% set changed = [] %}
    {% for source in source_columns %}
        {% for target in target_columns if target.column == source.column %}
            {% if source.expanded_data_type != target.expanded_data_type and not source.can_expand_to(other_column=target) %}
                {% do changed.append({'column_name': target.name, 'new_type': source.expanded_data_type}) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(changed) %}
{% endmacro %}

{# Gives a column another type. (dispatched) #}
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

{# Widens the texts of one relation to those of another, on databases whose texts have lengths. (dispatched) #}
{% macro expand_column_types(from_relation, to_relation) %}
    {{ return(adapter.dispatch('expand_column_types', 'dbt')(from_relation, to_relation)) }}
{% endmacro %}

{% macro default__expand_column_types(from_relation, to_relation) %}
    {% set wanted = adapter.get_columns_in_relation(from_relation) %}
    {% for column in adapter.get_columns_in_relation(to_relation) %}
        {% for other in wanted if other.name == column.name and column.can_expand_to(other_column=other) %}
            {% do alter_column_type(to_relation, column.name, api.Column.string_type(other.string_size())) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{# Adds and drops columns. (dispatched) #}
{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
    {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{%- endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- set changes = [] -%}
    {%- for column in add_columns or [] -%}
        {%- do changes.append('add column ' ~ column.quoted ~ ' ' ~ column.expanded_data_type) -%}
    {%- endfor -%}
    {%- for column in remove_columns or [] -%}
        {%- do changes.append('drop column ' ~ column.quoted) -%}
    {%- endfor -%}
    {%- do run_query('alter ' ~ relation.type ~ ' ' ~ relation.render() ~ ' ' ~ changes | join(', ')) -%}
{%- endmacro %}

{# The columns that a merge sets: the listed ones, or all but the excluded ones. (dispatched) #}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{%- endmacro %}

{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {%- if merge_update_columns and merge_exclude_columns -%}
        {%- do exceptions.raise_compiler_error('merge_update_columns and merge_exclude_columns are both set: keep one of them') -%}
    {%- elif merge_update_columns -%}
        {%- do return(merge_update_columns) -%}
    {%- endif -%}
    {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
    {%- set kept = [] -%}
    {%- for column in dest_columns if column.column | lower not in excluded -%}
        {%- do kept.append(column.quoted) -%}
    {%- endfor -%}
    {%- do return(kept) -%}
{%- endmacro %}

{# Seeds: CSV files that become tables. #}

{% materialization seed, default %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and existing.type == 'view' -%}
        {%- do exceptions.raise_compiler_error("Cannot seed to '" ~ existing ~ "', it is a view") -%}
    {%- endif -%}
    {%- set table = load_agate_table() -%}
    {%- do store_result('agate_table', response='OK', agate_table=table) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- set rebuild = should_full_refresh() or existing is none -%}
    {%- if existing is none -%}
        {%- set create_sql = create_csv_table(model, table) -%}
    {%- else -%}
        {%- set create_sql = reset_csv_table(model, should_full_refresh(), existing, table) -%}
    {%- endif -%}
    {%- set load_sql = load_csv_rows(model, table) -%}
    {%- set rows = table.rows | length -%}
    {%- set word = 'CREATE' if should_full_refresh() else 'INSERT' -%}
    {% call noop_statement('main', word ~ ' ' ~ rows, word, rows) %}
        {{ get_csv_sql(create_sql, load_sql) }}
    {% endcall %}

    {%- set target = this.incorporate(type='table') -%}
    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=rebuild)) %}
    {% do persist_docs(target, model) %}
    {% do create_indexes(target) %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro create_csv_table(model, agate_table) -%}
    {{ return(adapter.dispatch('create_csv_table', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) -%}
    {%- set overrides = model.config.column_types or {} -%}
    {%- set quote_columns = model.config.quote_columns -%}
    {%- set definitions = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = overrides.get(name) or adapter.convert_type(agate_table, loop.index0) -%}
        {%- do definitions.append(adapter.quote_seed_column(name, quote_columns) ~ ' ' ~ type) -%}
    {%- endfor -%}
    {%- set create_sql -%}
        create table {{ this.render() }} ({{ definitions | join(', ') }})
    {%- endset -%}
    {% call statement('create_csv_table') -%}
        {{ create_sql }}
    {%- endcall %}
    {{ return(create_sql) }}
{%- endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {{ return(adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table)) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {%- if full_refresh -%}
        {%- do adapter.drop_relation(old_relation) -%}
        {{ return(create_csv_table(model, agate_table)) }}
    {%- endif -%}
    {%- do adapter.truncate_relation(old_relation) -%}
    {{ return('truncate table ' ~ old_relation.render()) }}
{%- endmacro %}

{% macro get_csv_sql(create_or_truncate_sql, insert_sql) -%}
    {{ create_or_truncate_sql }};
    -- dbt seed --
    {{ insert_sql }}
{%- endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) -%}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}
        {%- do quoted.append(adapter.quote_seed_column(name, model.config.quote_columns)) -%}
    {%- endfor -%}
    {{ return(quoted | join(', ')) }}
{%- endmacro %}

{% macro load_csv_rows(model, agate_table) -%}
    {{ return(adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table)) }}
{%- endmacro %}

{# Seeds: CSV files that become tables. #}

{% materialization seed, default %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and existing.type == 'view' -%}
        {%- do exceptions.raise_compiler_error("Cannot seed to '" ~ existing ~ "', it is a view") -%}
    {%- endif -%}
    {%- set rebuild = should_full_refresh() or existing is none -%}
    {%- set watched = config.get('skip_unchanged', false) -%}
    {%- set fingerprint = get_seed_fingerprint(existing) if watched and not rebuild else none -%}
    {%- set unchanged = fingerprint is not none and seed_is_unchanged(fingerprint) -%}
    {%- if not unchanged -%}
        {# What is wrong with the file is known before anything is done. #}
        {%- set table = load_agate_table() -%}
        {%- do store_result('agate_table', response='OK', agate_table=table) -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- set target = this.incorporate(type='table') -%}
    {%- if unchanged -%}
        {% call noop_statement('main', 'UNCHANGED', 'UNCHANGED') %}
            -- the table holds what the file says
        {% endcall %}
    {%- else -%}
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
        {%- set fingerprint = get_seed_fingerprint(target) if watched else none -%}
    {%- endif -%}

    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=rebuild)) %}
    {% do persist_docs(target, model) %}
    {% do create_indexes(target) %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do adapter.commit() %}
    {%- if fingerprint is not none and not unchanged -%}
        {# Only what is there for good is remembered. #}
        {%- do remember_seed(fingerprint) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# What tells the columns and rows of a table from any others, in one text; none where databases cannot say. #}
{% macro get_seed_fingerprint(relation) %}
    {%- set query = get_seed_fingerprint_sql(relation) | trim -%}
    {{ return(run_query(query).rows[0].values() | join(' ') if query else none) }}
{% endmacro %}

{# The query of a fingerprint; nothing where there is none, so that such seeds are always loaded. (dispatched) #}
{% macro get_seed_fingerprint_sql(relation) -%}
    {{ adapter.dispatch('get_seed_fingerprint_sql', 'dbt')(relation) }}
{%- endmacro %}

{% macro default__get_seed_fingerprint_sql(relation) -%}
{%- endmacro %}

{# Makes the table of a seed; returns the statement. (dispatched) #}
{% macro create_csv_table(model, agate_table) -%}
    {{ adapter.dispatch('create_csv_table', 'dbt')(model, agate_table) }}
{%- endmacro %}

{% macro default__create_csv_table(model, agate_table) %}
    {{ return(_create_seed_table('create table', model, agate_table)) }}
{% endmacro %}

{# Makes the table of a seed with the columns of its file. #}
{% macro _create_seed_table(word, model, agate_table) %}
    {%- set overrides = model['config'].get('column_types') or {} -%}
    {%- set quote_columns = model['config'].get('quote_columns', none) -%}
    {%- set definitions = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = overrides.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
        {%- do definitions.append(adapter.quote_seed_column(name | string, quote_columns) ~ ' ' ~ type) -%}
    {%- endfor -%}
    {% set create_sql %}
        {{ word }} {{ this.render() }} ({{ definitions | join(', ') }})
    {% endset %}
    {% call statement('_') -%}
        {{ create_sql }}
    {%- endcall %}
    {{ return(create_sql) }}
{% endmacro %}

{# Empties the table of a seed, or makes it anew; returns the statement. (dispatched) #}
{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {{ adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {% if full_refresh %}
        {% do adapter.drop_relation(old_relation) %}
        {{ return(create_csv_table(model, agate_table)) }}
    {% endif %}
    {% do adapter.truncate_relation(old_relation) %}
    {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}

{# What is kept as the statement of a seed. (dispatched) #}
{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ create_or_truncate_sql }};
    -- the rows
    {{ insert_sql }}
{% endmacro %}

{# What stands for a value in a statement. (dispatched) #}
{% macro get_binding_char() -%}
    {{ adapter.dispatch('get_binding_char', 'dbt')() }}
{%- endmacro %}

{% macro default__get_binding_char() %}
    {{ return('%s') }}
{% endmacro %}

{# How many rows one statement inserts. (dispatched) #}
{% macro get_batch_size() -%}
    {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() %}
    {{ return(10000) }}
{% endmacro %}

{# Names of a seed's columns in a row, quoted as the seed says. #}
{% macro get_seed_column_quoted_csv(model, column_names) %}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}
        {%- do quoted.append(adapter.quote_seed_column(name, model['config'].get('quote_columns', none))) -%}
    {%- endfor -%}
    {{ return(quoted | join(', ')) }}
{% endmacro %}

{# Puts the rows of a seed into its table; returns the statement. (dispatched) #}
{% macro load_csv_rows(model, agate_table) -%}
    {{ adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table) }}
{%- endmacro %}

{% macro default__load_csv_rows(model, agate_table) %}
    {% set statements = [] %}
    {% for chunk in agate_table.rows | batch(get_batch_size()) %}
        {% set bindings = [] %}
        {% for row in chunk %}
            {% do bindings.extend(row) %}
        {% endfor %}
        {% set insert_sql = _insert_rows_sql(model, agate_table, chunk | length) %}
        {% do adapter.add_query(insert_sql, bindings=bindings, abridge_sql_log=true) %}
        {% do statements.append(insert_sql) %}
    {% endfor %}
    {# All are alike but the last, so that one tells of all. #}
    {{ return(statements[0]) }}
{% endmacro %}

{# Inserts a number of rows, whose values come apart from the statement. #}
{% macro _insert_rows_sql(model, agate_table, row_count, word='insert into') -%}
    {%- set marks = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do marks.append(get_binding_char()) -%}
    {%- endfor -%}
    {{ word }} {{ this.render() }} ({{ get_seed_column_quoted_csv(model, agate_table.column_names) }}) values
    {% for row in range(row_count) -%}
        ({{ marks | join(',') }}){{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Models that are files: written by `copy ... to`, read through a view that takes its place like any other. #}

{% materialization external, adapter='duckdb' %}
    {%- if config.get('plugin') or config.get('glue_register') -%}
        {%- do store_relation(config.get('plugin') or 'glue', this, none, none, config) -%}
    {%- endif -%}
    {%- set location = render(config.get('location', default=external_location(this, config))) -%}
    {%- set options = render_write_options(config) -%}
    {%- set written = adapter.external_write_options(location, options) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='view') -%}
    {%- set rows = make_intermediate_relation(this.incorporate(type='table')) -%}
    {%- set intermediate = make_intermediate_relation(target, suffix='__dbt_int') -%}
    {%- set backup = make_backup_relation(target, existing.type if existing is not none else 'table') -%}
    {%- for leftover in [rows, intermediate, backup] -%}
        {%- do drop_relation_if_exists(load_cached_relation(leftover)) -%}
    {%- endfor -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {% call statement('create_table') -%}
        {{ create_table_as(false, rows, sql) }}
    {%- endcall %}
    {%- set is_empty = run_query('select count(*) from ' ~ rows)[0][0] == 0 -%}
    {%- set columns = adapter.get_columns_in_relation(rows) | map(attribute='quoted') | list -%}
    {%- if is_empty -%}
        {# A file without rows tells neither columns nor partitions: it gets a row of nulls, which the view leaves out. #}
        {%- do run_query('insert into ' ~ rows ~ ' select ' ~ (['null'] * columns | length) | join(', ')) -%}
    {%- endif -%}
    {%- do write_to_file(rows, location, written) -%}
    {% call statement('main') -%}
        create or replace view {{ intermediate }} as (
            select * from {{ _external_reader(location, options) }}
            {{ 'where ' ~ columns | join(' is not null and ') ~ ' is not null' if is_empty }}
        );
    {%- endcall %}
    {%- do adapter.drop_relation(rows) -%}

    {% if existing is not none %}
        {% do drop_indexes_on_relation(existing) %}
        {% do adapter.rename_relation(existing, backup) %}
    {% endif %}
    {% do adapter.rename_relation(intermediate, target) %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) %}
    {% do persist_docs(target, model) %}
    {% do adapter.commit() %}

    {% if existing is not none %}
        {% do drop_relation_if_exists(backup) %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# What reads a model's file: `read_csv(...)` and its like, with the options of reading that the model gives. #}
{% macro _external_reader(location, options) -%}
    {%- set known = {'csv': {'auto_detect': true}, 'json': {'auto_detect': true}, 'parquet': {'union_by_name': false}} -%}
    {%- set format = config.get('format') or options['format'] | lower -%}
    {%- if config.get('format') and format not in known -%}
        {%- do exceptions.raise_compiler_error(
            'external models have no format `' ~ format ~ '`: it is one of ' ~ known | sort | join(', ')) -%}
    {%- endif -%}
    {%- set format = format if format in known else 'parquet' -%}
    {%- set given = dict(config.get(format ~ '_read_options', known[format])) -%}
    {# Only a small-letter ending tells a reader how the file is packed. #}
    {%- if format != 'parquet' and options.get('compression') and 'compression' not in given -%}
        {%- do given.update({'compression': options['compression']}) -%}
    {%- endif -%}
    {%- set arguments = ["'" ~ adapter.external_read_location(location, options) | replace("'", "''") ~ "'"] -%}
    {%- for name, value in given.items() -%}
        {%- do arguments.append(name ~ " = " ~ ("'" ~ value ~ "'" if value is string else value)) -%}
    {%- endfor -%}
    read_{{ format }}({{ arguments | join(', ') }})
{%- endmacro %}

{# Where a model's file lies unless it says so: the folder of external files, its name, the format. #}
{% macro external_location(relation, config) -%}
    {%- set ending = '' if config.get('options', {}).get('partition_by') else '.' ~ config.get('format', 'parquet') -%}
    {{ adapter.external_root() }}/{{ relation.identifier }}{{ ending }}
{%- endmacro %}

{# The options of `copy ... to`, with their templates rendered, and what the model says of the format. #}
{% macro render_write_options(config) -%}
    {%- if config.get('options', {}) is not mapping -%}
        {%- do exceptions.raise_compiler_error('the options of an external model are a mapping, not: ' ~ config.get('options')) -%}
    {%- endif -%}
    {%- set options = {} -%}
    {%- for name, value in config.get('options', {}).items() -%}
        {%- do options.update({name: render(value | string)}) -%}
    {%- endfor -%}
    {%- for name in ['format', 'delimiter'] if config.get(name) -%}
        {%- do options.update({name: render(config.get(name))}) -%}
    {%- endfor -%}
    {{ return(options) }}
{%- endmacro %}

{# Writes a relation to a file, or to the files of a folder, each of which is whole when it gets its name. #}
{% macro write_to_file(relation, location, options) -%}
    {%- set stage = adapter.external_stage(location, options) -%}
    {% call statement('write_to_file') -%}
        copy {{ relation }} to '{{ stage.written_to | replace("'", "''") }}' ({{ stage.options }})
    {%- endcall %}
    {%- do adapter.external_settle(stage) -%}
{%- endmacro %}

{# Whether a file can be read. #}
{% macro location_exists(location) -%}
    {{ return(adapter.location_exists(location)) }}
{%- endmacro %}

{# Keeps a relation through a plugin, which needs Python. #}
{% macro store_relation(plugin, relation, location, format, config) -%}
    {%- do exceptions.raise_compiler_error('the plugin `' ~ plugin ~ '` needs Python, which is not run here') -%}
{%- endmacro %}

{# Makes views over the files of external models that are not built in this run. #}
{% macro register_upstream_external_models() -%}
    {%- if execute -%}
        {%- set upstream = [] -%}
        {%- for id in selected_resources or [] -%}
            {%- for parent in (graph.nodes or {}).get(id, {}).get('depends_on', {}).get('nodes', []) -%}
                {%- set node = graph.nodes.get(parent) -%}
                {%- if node and node.config.materialized == 'external' and parent not in selected_resources and parent not in upstream -%}
                    {%- do upstream.append(parent) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for id in upstream -%}
            {%- set node = graph.nodes[id] -%}
            {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias, type='view') -%}
            {%- set location = render(node.config.get('location') or external_location(relation, node.config)) -%}
            {%- set options = render_write_options(node.config) -%}
            {%- do adapter.create_schema(relation) -%}
            {%- do run_query('create or replace view ' ~ relation ~ " as (select * from '" ~ adapter.external_read_location(location, options) ~ "')") -%}
        {%- endfor -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

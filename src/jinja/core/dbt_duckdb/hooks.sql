{# Hooks on DuckDB. #}

{# Outside of a transaction there is none to commit. #}
{% macro run_hooks(hooks, inside_transaction=true) %}
    {% for hook in hooks if hook.transaction == inside_transaction %}
        {% do _run_hook(hook) %}
    {% endfor %}
{% endmacro %}

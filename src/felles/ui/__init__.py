"""What all pages share: layout, components, language, static files, headers, error pages, charts.

Pages are made on the server and work without script. A page is `Pages.page(request, template, …)`; a
domain of `felles.care` brings its templates and routes in a `Domain` and is registered by one line.
"""
